from . import daily_sheet
from . import close_papers
