"""The 45 acceptance items of the Action Audit Data API, shown by requests of a client.

action_audit.py <binary> [sqlite] [postgres]
"""

import action_audit_access
import action_audit_parameters
import action_audit_shape
import action_audit_values
import runner

if __name__ == "__main__":
    runner.run("action_audit", 45,
               [action_audit_shape, action_audit_values, action_audit_parameters, action_audit_access])
