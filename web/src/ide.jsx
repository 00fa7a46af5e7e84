// GraphiQL with the examples in its tabs and, for finding them again, in its side bar.

import { useEffect, useMemo, useState } from 'react';
import { parse, print } from 'graphql';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { pick, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import '@graphiql/react/style.css';
import '@graphiql/plugin-doc-explorer/style.css';
import '@graphiql/plugin-history/style.css';
import 'graphiql/graphiql.css';
import { examples } from './examples.js';
import { createFetcher } from './fetcher.js';
import './workers.js';

const EXAMPLES_PLUGIN = { title: 'Examples', icon: ExamplesIcon, content: Examples };
const PLUGINS = [HISTORY_PLUGIN, EXAMPLES_PLUGIN];
const EXAMPLES = examples.map(({ query, variables }) => ({ query, variables }));

/** The query that a link brought (`/graphiql?query=...`), laid out for reading. */
function brought() {
  const query = new URLSearchParams(location.search).get('query');
  if (!query) return null;
  try {
    return print(parse(query));
  } catch {
    return query;
  }
}

const BROUGHT = brought();
const TABS = BROUGHT ? [{ query: BROUGHT, variables: '' }, ...EXAMPLES] : EXAMPLES;
// What a link brought has no variables, whatever was there before.
const INITIAL = BROUGHT ? { initialQuery: BROUGHT, initialVariables: '' } : {};

/** Of the default tabs' variables GraphiQL shows all but the first's, which it takes from its storage. */
function rememberFirstTab() {
  if (BROUGHT || localStorage.getItem('graphiql:tabState')) return;
  localStorage.setItem('graphiql:query', TABS[0].query);
  localStorage.setItem('graphiql:variables', TABS[0].variables);
}

export default function Ide() {
  useState(rememberFirstTab);
  const { fetcher, dispose } = useMemo(createFetcher, []);
  useEffect(() => dispose, [dispose]);
  return (
    <GraphiQL {...INITIAL} fetcher={fetcher} defaultTabs={TABS} plugins={PLUGINS} defaultEditorToolsVisibility="variables">
      <GraphiQL.Logo> </GraphiQL.Logo>
    </GraphiQL>
  );
}

function Examples() {
  const { addTab } = useGraphiQLActions();
  const { queryEditor, variableEditor } = useGraphiQL(pick('queryEditor', 'variableEditor'));
  const open = ({ query, variables }) => {
    addTab();
    queryEditor?.setValue(query);
    variableEditor?.setValue(variables);
  };
  return (
    <section className="examples" aria-label="Examples">
      <h2>Examples</h2>
      {examples.map(example => (
        <button type="button" key={example.title} onClick={() => open(example)}>
          {example.title}
          <small>{example.about}</small>
        </button>
      ))}
    </section>
  );
}

function ExamplesIcon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
      <path d="M8 6h13M8 12h13M8 18h13M3.5 6h.01M3.5 12h.01M3.5 18h.01" strokeLinecap="round" />
    </svg>
  );
}
