// Builds GraphiQL into ../assets/graphiql, which is committed and embedded in the binary.
//
// Every file but index.html, favicon.svg and LICENSES.txt has its content's hash in its name (name-HASH.ext),
// so that the server may let browsers keep it for good.

import { build } from 'esbuild';
import { gzipSync } from 'node:zlib';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';

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

const files = [...workers.outputFiles, ...page.outputFiles];
for (const { path, contents } of files.filter(file => !isLegal(file))) await writeFile(path, contents);
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

/** The page, with its entry script and all styles; the styles of lazily loaded scripts come along, since nothing else loads them. */
async function html() {
  const outputs = Object.entries(page.metafile.outputs);
  const entry = outputs.find(([, { entryPoint }]) => entryPoint === 'src/main.jsx')[0];
  const styles = outputs.map(([path]) => path).filter(path => path.endsWith('.css'));
  // The page's own style sheet comes last, to have the last word.
  styles.sort((one, other) => basename(one).startsWith('graphiql-') - basename(other).startsWith('graphiql-'));
  const text = await readFile(join(here, 'src/index.html'), 'utf8');
  return text
    .replace('<!-- styles -->', styles.map(path => `<link rel="stylesheet" href="${served(path)}" />`).join('\n    '))
    .replace('<!-- scripts -->', `<script type="module" src="${served(entry)}"></script>`);
}

function served(path) {
  return `${address}/${basename(path)}`;
}

/** The licence of every package of which a file went into the bundle, and the notices that stand in the files themselves. */
async function licenses() {
  const inputs = [workers, page].flatMap(result => Object.keys(result.metafile.inputs));
  const folders = new Set(inputs.map(packageFolder).filter(Boolean));
  const parts = ['GraphiQL as served by the audit gateway contains the following packages.'];
  for (const folder of [...folders].sort()) {
    const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    const names = (await readdir(folder)).filter(file => /^(licen[cs]e|notice|thirdpartynotices)/i.test(file)).sort();
    const texts = await Promise.all(names.map(file => readFile(join(folder, file), 'utf8')));
    parts.push([`${name} ${version} (${license})`, ...texts.map(text => text.trim())].join('\n\n'));
  }
  const comments = files.filter(isLegal).flatMap(file => file.text.split(/\n(?=\S)/));
  parts.push(['Notices in the sources', ...new Set(comments.map(text => text.trim()))].join('\n\n'));
  return parts.join(`\n\n${'-'.repeat(80)}\n\n`).replaceAll('\r', '') + '\n';
}

/** node_modules/…/<package> of a bundled file. */
function packageFolder(path) {
  const parts = relative(here, join(here, path)).split(sep);
  const at = parts.lastIndexOf('node_modules');
  if (at < 0) return null;
  return join(here, ...parts.slice(0, at + (parts[at + 1].startsWith('@') ? 3 : 2)));
}

async function report() {
  let total = 0;
  for (const name of (await readdir(out)).sort()) {
    const contents = await readFile(join(out, name));
    const size = gzipSync(contents).length;
    total += size;
    console.log(`${String(contents.length).padStart(9)} ${String(size).padStart(9)}  ${name}`);
  }
  console.log(`${'gzipped'.padStart(9)} ${String(total).padStart(9)}  in ${relative(process.cwd(), dirname(join(out, 'x')))}`);
}
