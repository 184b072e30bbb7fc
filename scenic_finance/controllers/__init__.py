from . import daily_sheet
from . import close_papers
from . import portal_shares
from . import day_export
