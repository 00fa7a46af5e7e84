"""The seven acceptance items of issue 3, writes and their trail, shown by clients of the release program.

changes.py <binary> [sqlite] [postgres]

Item 3 runs ../crash.py (CRASHES=20 kills), item 6 runs ../idle.mjs (IDLE=10000 subscriptions); what a mutation costs is
measured by `cargo bench --bench gateway -- --writes --gates`.
"""

import changes_day
import changes_many
import changes_proof
import runner

if __name__ == "__main__":
    runner.run("changes", 7, [changes_day, changes_many, changes_proof])
