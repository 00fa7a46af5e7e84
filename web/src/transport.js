// One request to the gateway. Knows nothing of sessions.

export const ENDPOINT = '/graphql';

/**
 * POSTs one GraphQL request. Gives the answer with its HTTP status and the server's own time;
 * throws an Error worth showing when what came back is no GraphQL answer.
 */
export async function post(request, headers = {}, signal) {
  const response = await fetch(ENDPOINT, {
    method: 'POST',
    headers: {
      accept: 'application/graphql-response+json, application/json',
      'content-type': 'application/json',
      ...headers,
    },
    body: JSON.stringify(request),
    signal,
  }).catch(error => {
    if (signal?.aborted) throw error;
    throw new Error('The server cannot be reached.');
  });
  const text = await response.text();
  let answer;
  try {
    answer = JSON.parse(text);
  } catch {
    throw new Error(`The server answered ${response.status} ${response.statusText}`.trim());
  }
  return {
    status: response.status,
    answer,
    serverTime: Date.parse(response.headers.get('date') ?? '') || Date.now(),
  };
}

/** Whether the gateway refused for want of a valid token, so that nothing was executed. */
export function unauthenticated({ status, answer }) {
  if (status === 401) return true;
  const refused = answer.errors?.some(error => error.extensions?.code === 'UNAUTHENTICATED');
  return Boolean(refused) && Object.values(answer.data ?? {}).every(value => value === null);
}

/** What went wrong, as one sentence, or null. */
export function failure({ answer }, field) {
  const said = answer.errors ?? answer.data?.[field]?.userErrors ?? [];
  if (said.length) return said.map(error => error.message).join(' ');
  return answer.data?.[field] ? null : 'The server gave no answer.';
}
