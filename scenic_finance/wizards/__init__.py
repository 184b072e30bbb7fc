from . import scenic_proof_day
from . import scenic_credit
