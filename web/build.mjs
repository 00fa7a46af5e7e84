// Builds GraphiQL into ../assets/graphiql, which is committed and embedded in the binary.
//
// Every file but index.html, favicon.svg and LICENSES.txt has its content's hash in its name (name-HASH.ext),
// so that the server may let browsers keep it for good.

import { build } from 'esbuild';
import { gzipSync } from 'node:zlib';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

const here = import.meta.dirname;
const out = join(here, '../assets/graphiql');
const address = '/graphiql';

const common = {
  absWorkingDir: here,
  bundle: true,
  minify: true,
  metafile: true,
  write: false,
  outdir: out,
  publicPath: address,
  entryNames: '[name]-[hash]',
  chunkNames: '[name]-[hash]',
  assetNames: '[name]-[hash]',
  target: ['chrome111', 'firefox121', 'safari16.4'],
  define: { 'process.env.NODE_ENV': '"production"' },
  legalComments: 'external',
  logLevel: 'warning',
};

const workers = await build({
  ...common,
  format: 'iife',
  entryPoints: {
    'editor.worker': 'monaco-editor/esm/vs/editor/editor.worker.js',
    'json.worker': 'monaco-editor/esm/vs/language/json/json.worker.js',
    'graphql.worker': 'monaco-graphql/esm/graphql.worker.js',
  },
});

const page = await build({
  ...common,
  format: 'esm',
  splitting: true,
  jsx: 'automatic',
  entryPoints: { graphiql: 'src/main.jsx' },
  loader: { '.graphql': 'text', '.ttf': 'file' },
  define: {
    ...common.define,
    WORKERS: JSON.stringify(
      Object.fromEntries(scripts(workers).map(name => [name.split('.')[0], `${address}/${name}`])),
    ),
  },
});

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });

const [script, { cssBundle: style }] = Object.entries(page.metafile.outputs).find(
  ([, { entryPoint }]) => entryPoint === 'src/main.jsx',
);
const files = [...workers.outputFiles, ...page.outputFiles];
for (const { path, contents } of files.filter(isServed)) await writeFile(path, contents);
await writeFile(join(out, 'favicon.svg'), await readFile(join(here, 'src/favicon.svg')));
await writeFile(join(out, 'index.html'), await html());
await writeFile(join(out, 'LICENSES.txt'), await licenses());
await report();

function scripts(result) {
  return Object.keys(result.metafile.outputs)
    .filter(path => path.endsWith('.js'))
    .map(path => basename(path));
}

function isLegal({ path }) {
  return path.endsWith('.LEGAL.txt');
}

/** The style sheet of the entry holds those of the scripts loaded later; their own copies are never asked for. */
function isServed(file) {
  return !isLegal(file) && (!file.path.endsWith('.css') || basename(file.path) === basename(style));
}

async function html() {
  const text = await readFile(join(here, 'src/index.html'), 'utf8');
  return text
    .replace('SCRIPT', `${address}/${basename(script)}`)
    .replace('STYLE', `${address}/${basename(style)}`);
}

/** The licence of every package of which a file went into the bundle, and the notices that stand in the files themselves. */
async function licenses() {
  const inputs = [workers, page].flatMap(result => Object.keys(result.metafile.inputs));
  const folders = new Set(inputs.map(packageFolder).filter(Boolean));
  const parts = ['GraphiQL as served by the audit gateway contains the following packages.'];
  for (const folder of [...folders].sort()) {
    const { name, version, license, repository } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    const names = (await readdir(folder)).filter(file => /^(licen[cs]e|notice|third-?party-?notices)/i.test(file)).sort();
    const texts = await Promise.all(names.map(file => readFile(join(folder, file), 'utf8')));
    if (!texts.length) texts.push(`Published without a licence text; see ${repository?.url ?? repository}`);
    parts.push([`${name} ${version} (${license})`, ...texts.map(text => text.trim())].join('\n\n'));
  }
  const comments = files.filter(isLegal).flatMap(file => file.text.split(/\n(?=\S)/));
  parts.push(['Notices in the sources', ...new Set(comments.map(text => text.trim()))].join('\n\n'));
  return parts.join(`\n\n${'-'.repeat(80)}\n\n`).replaceAll('\r', '') + '\n';
}

/** node_modules/…/<package> of a bundled file. */
function packageFolder(path) {
  const parts = path.split('/');
  const at = parts.lastIndexOf('node_modules');
  if (at < 0) return null;
  return join(here, ...parts.slice(0, at + (parts[at + 1].startsWith('@') ? 3 : 2)));
}

async function report() {
  let total = 0;
  for (const name of (await readdir(out)).sort()) {
    const contents = await readFile(join(out, name));
    const zipped = gzipSync(contents).length;
    total += zipped;
    console.log(`${kilobytes(contents.length)} ${kilobytes(zipped)}  ${name}`);
  }
  console.log(`          ${kilobytes(total)}  gzipped in all`);
}

function kilobytes(bytes) {
  return `${(bytes / 1000).toFixed(1)} kB`.padStart(10);
}
