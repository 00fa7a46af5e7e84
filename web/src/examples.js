// The example queries: the files of ../../assets/examples, the same texts that the gateway's own tests run.
// To add one, add its two files there and a line here.

import openAudits from '../../assets/examples/01-open-audits.graphql';
import openAuditsVariables from '../../assets/examples/01-open-audits.json';
import overdueActions from '../../assets/examples/02-overdue-actions.graphql';
import overdueActionsVariables from '../../assets/examples/02-overdue-actions.json';
import dueSoon from '../../assets/examples/03-due-soon.graphql';
import dueSoonVariables from '../../assets/examples/03-due-soon.json';
import workerActivity from '../../assets/examples/04-worker-activity.graphql';
import workerActivityVariables from '../../assets/examples/04-worker-activity.json';
import assetHistory from '../../assets/examples/05-asset-history.graphql';
import assetHistoryVariables from '../../assets/examples/05-asset-history.json';

/** Title for the side bar, and what a tab starts with. */
export const examples = [
  example('Open audits of a site', openAudits, openAuditsVariables),
  example('Overdue corrective actions', overdueActions, overdueActionsVariables),
  example('Due in the next 90 days', dueSoon, dueSoonVariables),
  example('Activity of a worker', workerActivity, workerActivityVariables),
  example('History of an asset', assetHistory, assetHistoryVariables),
];

function example(title, query, variables) {
  const [about] = query.match(/^#.*(\n#.*)*/) ?? [''];
  return {
    title,
    about: about.replace(/^# ?/gm, '').split('\n\n')[0],
    query: query.trim() + '\n',
    variables: JSON.stringify(fromToday(variables), null, 2),
  };
}

/** Moves a span, `from` to `until` and the same as days, so that it begins today. */
function fromToday(variables) {
  if (!variables.from || !variables.until) return variables;
  const shift = Date.now() - Date.parse(variables.from);
  const moved = text => new Date(Date.parse(text) + shift).toISOString().slice(0, 10) + text.slice(10);
  const [from, until] = [moved(variables.from), moved(variables.until)];
  return { ...variables, from, until, fromDay: from.slice(0, 10), untilDay: until.slice(0, 10) };
}
