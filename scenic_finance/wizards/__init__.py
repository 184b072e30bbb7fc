from . import scenic_proof_day
from . import scenic_credit
from . import account_move_reversal
from . import sale_advance_payment
from . import scenic_clearing
from . import scenic_clearing_line
from . import scenic_deposit_keep
