from . import res_partner
from . import (
    ir_http,
    scenic_box,
    scenic_box_epoch,
    scenic_box_pairing,
    scenic_box_presence,
    scenic_device,
    scenic_gate_alarm,
    scenic_gate_command,
    scenic_gate_config,
    scenic_gate_fact,
    scenic_gate_fork,
    scenic_gate_intake,
    scenic_gate_held,  # extends the intake
    scenic_gate_exit,  # extends the intake
    scenic_gate_ledger,
    scenic_gate_orphan,
    scenic_gate_sync,
    scenic_gate_verdict,
    scenic_incident,
    scenic_lane,
    scenic_site,
    scenic_ticket_change,
    scenic_ticket_moments,  # extends the changes
)
from . import scenic_gate_certificate
from . import scenic_ticket_minted
from . import scenic_rehearsal
from . import scenic_box_rules
from . import scenic_gate_versions
from . import (
    scenic_handheld,
    scenic_handheld_alarm,
    scenic_handheld_config,
    scenic_handheld_feed,
    scenic_handheld_intake,
    scenic_handheld_ledger,
    scenic_handheld_redeem,
    scenic_handheld_ticket,
)
from . import scenic_window_device
from . import scenic_printer
from . import scenic_reader
from . import (
    scenic_gate_unseen,  # extends the alarms
    scenic_gate_day,
    scenic_lane_visitor,
    scenic_redemption_seen,
    scenic_site_exposure,
    scenic_box_review,  # extends the presence
)
from . import (
    scenic_gate_board,
    scenic_gate_command_test,
    scenic_lane_test,
    scenic_device_test,
    scenic_gate_watch,
    scenic_gate_watch_rules,
    scenic_gate_watch_lan,
    scenic_incident_facts,
    scenic_incident_watch,
    scenic_site_alarm,
    scenic_refund_wait,
    scenic_refund_gate,
    scenic_box_refund,
    scenic_site_refund,
    scenic_ticket_hold,
    pos_order_line_hold,
    scenic_incident_refund,
    scenic_incident_advice,
    scenic_lane_shown,
    scenic_box_config,  # extends the presence and the board
)
from . import scenic_gate_attendant
from . import scenic_gate_page
from . import scenic_sound
from . import scenic_gate_sound
from . import scenic_gate_hold
from . import scenic_gate_emergency
from . import scenic_box_update
from . import scenic_gate_drill
from . import scenic_gate_drill_grade
from . import scenic_gate_drill_line
from . import scenic_gate_drill_box
from . import scenic_gate_drill_plan
from . import scenic_gate_drill_board
from . import scenic_box_words  # extends the updates of boxes
from . import (
    scenic_credential,
    scenic_holder_tag,
    scenic_ticket_cards,
    scenic_ticket_credential,  # extends the changes
)
from . import scenic_box_lan
from . import scenic_box_tls
from . import scenic_device_tls
from . import scenic_gate_command_device
from . import scenic_device_key
from . import scenic_box_hands
from . import scenic_ticket_seen  # extends the changes
from . import scenic_site_passages
from . import scenic_site_export
from . import scenic_trace
from . import scenic_audit
