// Drives GraphiQL in a real browser against a running gateway:
//
//   node test/graphiql.mjs <base-url> <screenshot.png> [<username> <password>]
//
// Without a username it takes the session of a demonstration server. Fails when anything is asked of another
// host, when the content security policy is broken, on an error in the page, when an example gives errors, or
// when the documentation is empty. The browser is $CHROMIUM, or /usr/bin/chromium.

import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';

const [base, screenshot, username, password] = process.argv.slice(2);
if (!screenshot || (username && !password)) {
  console.error('usage: node test/graphiql.mjs <base-url> <screenshot.png> [<username> <password>]');
  process.exit(2);
}
const { host, hostname } = new URL(base);
const faults = [];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
    `--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE ${hostname}`,
  ],
});
try {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  await context.addInitScript(() =>
    document.addEventListener('securitypolicyviolation', event =>
      console.error(`Content Security Policy: ${event.violatedDirective} ${event.blockedURI}`),
    ),
  );
  await context.route('**', route => {
    if (new URL(route.request().url()).host === host) return route.continue();
    faults.push(`asked of another host: ${route.request().url()}`);
    return route.abort();
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.on('pageerror', error => faults.push(`error in the page: ${error.stack}`));
  page.on('websocket', socket => new URL(socket.url()).host === host || faults.push(`socket to ${socket.url()}`));
  page.on('console', message => {
    if (/content security policy/i.test(message.text())) faults.push(message.text());
  });

  const response = await page.goto(new URL('/graphiql', base).href);
  assert.equal(response.status(), 200, 'GET /graphiql');
  await signIn(page);
  await runExamples(page);
  await readDocumentation(page);
  await page.screenshot({ path: screenshot });
  await signOut(page);
  assert.deepEqual(faults, []);
  console.log(`ok, see ${screenshot}`);
} finally {
  await browser.close();
}

async function signIn(page) {
  const form = page.getByRole('form', { name: 'Sign in' });
  const out = page.getByRole('button', { name: 'Sign out' });
  await form.or(out).waitFor();
  if (!username) {
    await out.waitFor();
    return;
  }
  if (await out.isVisible()) await out.click();
  const attempt = async word => {
    await form.getByLabel('Username or e-mail').fill(username);
    await form.getByLabel('Password').fill(word);
    await form.getByRole('button', { name: 'Sign in', exact: true }).click();
  };
  await attempt(`not ${password}`);
  assert.ok((await form.getByRole('alert').innerText()).length, 'a wrong password is refused with a message');
  await attempt(password);
  await out.waitFor();
}

async function runExamples(page) {
  await page.locator('.graphiql-query-editor .view-line').first().waitFor();
  const tabs = page.locator('.graphiql-tab-button');
  const count = await tabs.count();
  assert.ok(count >= 5, `${count} examples`);
  // The first is run as the page opens with it, and once more at the end for the screenshot.
  for (const index of [...Array(count).keys(), 0]) {
    if (!(await tabs.nth(index).getAttribute('class')).includes('active')) await tabs.nth(index).click();
    const name = await tabs.nth(index).innerText();
    // GraphiQL reads the operation's name from the editor a moment after the text has changed.
    await page.waitForTimeout(500);
    await page.locator('.graphiql-execute-button').click();
    const { data, errors } = await answer(page);
    assert.equal(errors, undefined, `${name} gives errors: ${JSON.stringify(errors)}`);
    assert.ok(data && Object.keys(data).length, `${name} gives no data`);
    console.log(`ok, ${name}: ${Object.keys(data).join(', ')}`);
  }
}

/** What the response editor holds once the query has been answered; GraphiQL leaves Monaco in a global. */
async function answer(page) {
  const handle = await page.waitForFunction(() => {
    const model = globalThis.__MONACO.editor.getModels().find(({ uri }) => uri.path.endsWith('response.json'));
    try {
      return JSON.parse(model.getValue());
    } catch {
      return null;
    }
  });
  return handle.jsonValue();
}

async function readDocumentation(page) {
  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
  const explorer = page.locator('.graphiql-doc-explorer');
  await explorer.getByRole('link', { name: 'Query', exact: true }).click();
  await explorer.getByRole('link', { name: 'audits', exact: true }).click();
  const description = await explorer.locator('.graphiql-markdown-description').first().innerText();
  assert.ok(description.trim().length > 10, `the description of Query.audits: ${description}`);
  console.log(`ok, documentation of audits: ${description.trim()}`);
}

async function signOut(page) {
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('form', { name: 'Sign in' }).waitFor();
  const left = await page.evaluate(() => sessionStorage.getItem('audit-gateway.session'));
  assert.equal(left, null, 'no token is left after signing out');
}
