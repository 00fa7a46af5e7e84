"""The 50 acceptance items of FOLIO's acquisition audit events, shown by requests of a client.

folio.py <binary> [sqlite] [postgres]
"""

import folio_access
import folio_history
import folio_intake
import folio_parameters
import folio_recording
import folio_shape
import runner

if __name__ == "__main__":
    runner.run("folio", 50, [folio_shape, folio_parameters, folio_history, folio_access, folio_intake, folio_recording])
