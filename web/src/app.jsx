// The page around GraphiQL: header bar and sign-in form. GraphiQL itself is loaded once somebody is signed in.

import { lazy, Suspense, useState, useSyncExternalStore } from 'react';
import { getState, setOrganization, signIn, signOut, subscribe, switchUser } from './session.js';

const Ide = lazy(() => import('./ide.jsx'));

export function App() {
  const session = useSyncExternalStore(subscribe, getState);
  const signedIn = session.phase === 'signed-in';
  return (
    <>
      <Header session={session} signedIn={signedIn} />
      <main>
        {session.phase === 'signed-out' && <SignIn session={session} />}
        {session.phase === 'starting' && <Waiting />}
        {signedIn && (
          <Suspense fallback={<Waiting />}>
            {/* Another user or organization starts afresh: no answer of the former stays on screen. */}
            <Ide key={`${session.user?.username} ${session.organization}`} />
          </Suspense>
        )}
      </main>
    </>
  );
}

function Waiting() {
  return <p className="waiting">Loading…</p>;
}

function Header({ session, signedIn }) {
  return (
    <header>
      <a className="product" href="/" title="Start page">
        <Mark />
        Audit gateway
      </a>
      <nav>
        <a href="/schema.graphql">Schema</a>
        <a href="/docs">Docs</a>
      </nav>
      {signedIn && (
        <>
          <Organization session={session} />
          <User session={session} />
          <button type="button" onClick={signOut}>
            Sign out
          </button>
        </>
      )}
    </header>
  );
}

function Mark() {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true">
      <rect x="2" y="2" width="20" height="20" rx="5" />
      <path d="m7 12.5 3.4 3.5L17 8.5" />
    </svg>
  );
}

function Organization({ session: { memberships, organization } }) {
  const chosen = memberships.find(membership => membership.organization.slug === organization);
  if (memberships.length < 2) {
    return <Fact name="Organization">{(chosen ?? memberships[0])?.organization.name}</Fact>;
  }
  return (
    <label>
      <span>Organization</span>
      <select
        aria-label="Organization"
        value={organization ?? ''}
        onChange={event => setOrganization(event.target.value)}
      >
        {memberships.map(({ organization: { name, slug }, role }) => (
          <option key={slug} value={slug}>
            {name} ({role.toLowerCase()})
          </option>
        ))}
      </select>
    </label>
  );
}

function User({ session: { user, demonstration } }) {
  const known = demonstration?.find(one => one.username === user?.username);
  if (known) {
    return (
      <label>
        <span>User</span>
        <select
          aria-label="User"
          value={known.username}
          onChange={event => switchUser(demonstration.find(one => one.username === event.target.value))}
        >
          {demonstration.map(one => (
            <option key={one.username} value={one.username}>
              {one.username} ({one.role.toLowerCase()})
            </option>
          ))}
        </select>
      </label>
    );
  }
  return <Fact name="User">{[user?.firstName, user?.lastName].filter(Boolean).join(' ') || user?.username}</Fact>;
}

function Fact({ name, children }) {
  return (
    <div className="fact">
      <span>{name}</span> {children}
    </div>
  );
}

function SignIn({ session: { message, demonstration } }) {
  const [busy, setBusy] = useState(false);
  const enter = async credentials => {
    setBusy(true);
    await signIn(credentials);
    setBusy(false);
  };
  const submit = event => {
    event.preventDefault();
    enter(Object.fromEntries(new FormData(event.currentTarget)));
  };
  return (
    <div className="sign-in">
      <form onSubmit={submit} aria-label="Sign in">
        <h1>Sign in</h1>
        <p>GraphiQL asks the gateway with your own rights.</p>
        <label>
          Username or e-mail
          <input name="username" autoComplete="username" autoCapitalize="none" spellCheck="false" required autoFocus />
        </label>
        <label>
          Password
          <input name="password" type="password" autoComplete="current-password" required />
        </label>
        {message && <p role="alert">{message}</p>}
        <button className="primary" disabled={busy}>
          Sign in
        </button>
        {demonstration && (
          <fieldset disabled={busy}>
            <legend>This is a demonstration: sign in as</legend>
            {demonstration.map(user => (
              <button type="button" key={user.username} onClick={() => enter(user)}>
                {user.username}
                <small>{user.role.toLowerCase()}</small>
              </button>
            ))}
          </fieldset>
        )}
      </form>
    </div>
  );
}
