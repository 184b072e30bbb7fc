from . import scenic_check
from . import scenic_void
from . import scenic_reversal
from . import scenic_publish_reject
from . import scenic_holder_entry
from . import scenic_holder_reveal
