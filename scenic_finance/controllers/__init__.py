from . import daily_sheet
