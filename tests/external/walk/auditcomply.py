"""The 50 acceptance items of AuditComply, shown by requests of a client.

auditcomply.py <binary> [sqlite] [postgres]
"""

import auditcomply_filters
import auditcomply_lists
import auditcomply_people
import auditcomply_shapes
import auditcomply_sign_in
import auditcomply_texts
import auditcomply_transport
import auditcomply_writes
import runner
from auditcomply_words import prepare

if __name__ == "__main__":
    runner.run("auditcomply", 50, [auditcomply_transport, auditcomply_sign_in, auditcomply_lists, auditcomply_filters,
                                 auditcomply_shapes, auditcomply_writes, auditcomply_texts, auditcomply_people],
                                 prepare)
