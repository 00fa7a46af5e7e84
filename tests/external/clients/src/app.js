// A small Relay application: what its compiler must accept.
import { graphql } from 'relay-runtime';

export const audits = graphql`
  query appAuditsQuery($first: Int, $after: String) {
    ...app_audits
  }
`;

export const list = graphql`
  fragment app_audits on Query @refetchable(queryName: "appAuditsPageQuery") {
    audits(first: $first, after: $after) @connection(key: "app_audits") {
      edges {
        node {
          id
          ...app_audit
        }
      }
    }
  }
`;

export const audit = graphql`
  fragment app_audit on Audit @refetchable(queryName: "appAuditQuery") {
    id
    number
    state
    asset {
      name
    }
    issues(first: 10) {
      nodes {
        title
        status
      }
    }
  }
`;
