from . import scenic_proof_day
