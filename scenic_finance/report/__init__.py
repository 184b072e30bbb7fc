from . import scenic_value_report
from . import scenic_report_daily
from . import scenic_report_revenue
from . import scenic_report_unredeemed
from . import scenic_report_refund
from . import scenic_report_partner
from . import breakage_paper
from . import scenic_report_partner_share
