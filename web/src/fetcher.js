// How GraphiQL talks to the gateway: POST for queries and mutations, graphql-transport-ws for subscriptions.

import { ask, authorization, organizationHeader } from './session.js';
import { ENDPOINT } from './transport.js';

/** A fetcher for GraphiQL, and `dispose` for the socket that it may have opened. */
export function createFetcher() {
  let client = null;

  const connect = async () => {
    const { createClient } = await import('graphql-ws');
    return createClient({
      url: location.origin.replace(/^http/, 'ws') + ENDPOINT,
      // A browser cannot set headers on a socket: they travel in the first message.
      connectionParams: async () => ({ ...(await authorization()), ...organizationHeader() }),
    });
  };

  const fetcher = async (request, { documentAST, headers } = {}) => {
    if (!subscribes(documentAST, request.operationName)) {
      return (await ask(request, { ...organizationHeader(), ...headers })).answer;
    }
    const socket = await (client ??= connect());
    return {
      subscribe: sink => ({
        unsubscribe: socket.subscribe(request, {
          next: sink.next,
          error: reason => sink.error(readable(reason)),
          complete: sink.complete,
        }),
      }),
    };
  };

  const dispose = () => client?.then(socket => socket.dispose());

  return { fetcher, dispose };
}

function subscribes(documentAST, operationName) {
  return documentAST?.definitions.some(
    definition =>
      definition.operation === 'subscription' && (!operationName || definition.name?.value === operationName),
  );
}

/** GraphiQL shows an Error's message or a list of errors; a CloseEvent would show as nothing. */
function readable(reason) {
  if (reason instanceof CloseEvent) {
    return new Error(`The server closed the subscription: ${reason.code} ${reason.reason}`.trim());
  }
  return reason;
}
