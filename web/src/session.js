// Who is signed in: tokens, their renewal, the organization asked about. A small store without a
// framework; app.jsx subscribes to it, fetcher.js takes its headers from it.

import { failure, post, unauthenticated } from './transport.js';

const STORED = 'audit-gateway.session';
const LEFT = 'audit-gateway.signed-out';

const LOGIN = `mutation SignIn($input: LoginInput!) {
  login(input: $input) {
    accessToken refreshToken expiresAt
    user { username firstName lastName }
    userErrors { field code message }
  }
}`;
const REFRESH = `mutation Refresh($input: RefreshTokenInput!) {
  refreshToken(input: $input) { accessToken refreshToken expiresAt userErrors { message } }
}`;
const LOGOUT = 'mutation SignOut { logout { ok } }';
const VIEWER = `query Viewer {
  viewer {
    user { username firstName lastName }
    organization { name slug }
    memberships { organization { name slug } role }
  }
}`;

const NOBODY = { tokens: null, user: null, memberships: [], organization: null };

/**
 * `phase` is "starting", "signed-out" or "signed-in"; `organization` the slug sent with each request;
 * `demonstration` the users of a demonstration server, or null.
 */
let state = { ...NOBODY, phase: 'starting', message: null, demonstration: null };
let timer;
let refreshing = null;
const listeners = new Set();

export const getState = () => state;

export function subscribe(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function set(change) {
  state = { ...state, ...change };
  const { tokens, user, organization } = state;
  if (tokens) sessionStorage.setItem(STORED, JSON.stringify({ tokens, user, organization }));
  else sessionStorage.removeItem(STORED);
  clearTimeout(timer);
  if (tokens) timer = setTimeout(renew, Math.min(Math.max(tokens.renewAt - Date.now(), 0), 2 ** 31 - 1));
  listeners.forEach(listener => listener());
}

/** Takes up what an earlier page load left, else signs in to a demonstration server by itself. */
export async function start() {
  const stored = JSON.parse(sessionStorage.getItem(STORED) ?? 'null');
  const demonstration = await demonstrationUsers();
  set({ demonstration });
  if (stored) await enter(stored);
  if (state.tokens) return;
  if (demonstration && !sessionStorage.getItem(LEFT)) {
    await signIn(demonstration.find(user => user.username === stored?.user?.username) ?? demonstration[0]);
  } else {
    set({ phase: 'signed-out' });
  }
}

async function demonstrationUsers() {
  try {
    const response = await fetch('/graphiql/session', { headers: { accept: 'application/json' } });
    const { demonstration, users } = response.ok ? await response.json() : {};
    return demonstration && users?.length ? users : null;
  } catch {
    return null;
  }
}

/** Signs in; a refusal becomes `message`. */
export async function signIn({ username, password }) {
  set({ message: null });
  try {
    const given = await post({ query: LOGIN, variables: { input: { username, password } } });
    const refusal = failure(given, 'login');
    if (refusal) throw new Error(refusal);
    const { user, ...tokens } = given.answer.data.login;
    sessionStorage.removeItem(LEFT);
    await enter({ tokens: lasting(tokens, given.serverTime), user, organization: null });
  } catch (error) {
    set({ ...NOBODY, phase: 'signed-out', message: error.message });
  }
}

/** Changes to another user of the demonstration. */
export async function switchUser(user) {
  await leave();
  await signIn(user);
}

export async function signOut() {
  sessionStorage.setItem(LEFT, 'yes');
  await leave();
  set({ phase: 'signed-out', message: null });
}

export function setOrganization(slug) {
  set({ organization: slug });
}

async function leave() {
  const headers = bearer();
  set({ ...NOBODY, phase: 'starting' });
  // The token is forgotten here whatever the server says to that.
  await post({ query: LOGOUT }, headers).catch(() => null);
}

async function enter(session) {
  set(session);
  try {
    const given = await ask({ query: VIEWER }, {});
    if (!state.tokens) return;
    const { user, organization, memberships } = given.answer.data?.viewer ?? {};
    const slugs = (memberships ?? []).map(membership => membership.organization.slug);
    set({
      phase: 'signed-in',
      user: user ?? state.user,
      memberships: memberships ?? [],
      organization: slugs.includes(session.organization) ? session.organization : organization?.slug ?? null,
    });
  } catch {
    // GraphiQL will show what is wrong with the server better than the form could.
    if (state.tokens) set({ phase: 'signed-in' });
  }
}

/** Posts as the user of the session, renewing the token before it expires and when it is refused. */
export async function ask(request, headers, signal) {
  const given = await post(request, { ...(await authorization()), ...headers }, signal);
  if (!state.tokens || !unauthenticated(given)) return given;
  await renew();
  return state.tokens ? post(request, { ...bearer(), ...headers }, signal) : given;
}

/** The headers that say who asks, with a token that is still good for a while. */
export async function authorization() {
  if (state.tokens && Date.now() >= state.tokens.renewAt) await renew();
  return bearer();
}

/** The organization as a header; only where there is a choice. */
export function organizationHeader() {
  return state.memberships.length > 1 && state.organization ? { 'x-organization': state.organization } : {};
}

const bearer = () => (state.tokens ? { authorization: `Bearer ${state.tokens.accessToken}` } : {});

function renew() {
  refreshing ??= exchange().finally(() => {
    refreshing = null;
  });
  return refreshing;
}

async function exchange() {
  const { tokens } = state;
  if (!tokens) return;
  let given;
  try {
    given = await post({ query: REFRESH, variables: { input: { refreshToken: tokens.refreshToken } } });
  } catch {
    // Unreachable is not refused: the session stays, and the next request tries again.
    return;
  }
  if (state.tokens !== tokens) return;
  if (failure(given, 'refreshToken')) {
    set({ ...NOBODY, phase: 'signed-out', message: 'The session has ended. Sign in again.' });
  } else {
    set({ tokens: lasting(given.answer.data.refreshToken, given.serverTime) });
  }
}

/** Tokens with the local time at which to renew them: a minute before they expire, by the server's clock. */
function lasting({ accessToken, refreshToken, expiresAt }, serverTime) {
  const lifetime = Date.parse(expiresAt) - serverTime;
  const good = Math.max(5_000, lifetime - Math.min(60_000, lifetime / 2) || 0);
  return { accessToken, refreshToken, renewAt: Date.now() + good };
}
