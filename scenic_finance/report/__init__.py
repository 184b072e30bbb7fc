from . import scenic_value_report
