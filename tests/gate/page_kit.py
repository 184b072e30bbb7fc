"""What the lane page of a test box knows: one attendant with a PIN, words, reasons, names."""

from iot_handlers.scenic_gate.lane_access import pin_hash

WHO, PIN, SALT = "12", "482915", bytes(range(16))
PAGE = {
    "attendants": {WHO: {"name": "Li Na", "salt": SALT.hex(), "hash": pin_hash(PIN, SALT).hex()}},
    "words": {
        "zh_CN": {
            "sign_in": "登录", "who": "员工编号", "pin": "PIN 码", "last": "最近检票",
            "let_in": "手动放行", "reason": "原因", "note": "备注", "do_open": "开闸",
            "cancel": "取消",
            "persons": "人", "s_idle": "就绪", "s_await": "已开", "online": "已连接",
            "offline": "与服务器断开：闸机自行判断", "unsent": "条待传", "devices": "设备",
            "sign_out": "退出", "sound": "声音", "none": "还没有人检票", "held": "等待您处理",
            "do_admit": "已核对，放行", "reopen": "通行不明", "do_reopen": "再开一次",
            "r_done": "完成", "s_emergency": "紧急状态", "counted": "人已计数",
            "do_reset": "紧急结束", "s_held": "保持常开", "hold": "保持常开",
            "hold_title": "要让这条通道保持常开吗？", "hold_for": "到时自动结束，时长",
            "hold_warn": "在您结束之前，任何人无票也能进入。人数会被计数，并记在您名下上报。",
            "minutes": "分钟", "do_hold": "立即常开", "do_prolong": "延长常开",
            "do_release": "结束常开", "held_since": "开始于", "held_persons": "人无票进入",
            "held_left": "距自动结束还有", "sound_voice": "语音", "sound_tones": "提示音",
            "sound_off": "关", "A_HOLD": "工作人员让通道常开",
        },
    },
    "manual": {
        "M_LOST": {"en_US": "Paid, but the ticket is lost", "zh_CN": "已付款，但门票丢失"},
        "M_GUEST": {"en_US": "Guest of the park", "zh_CN": "景区来宾"},
    },
    "products": {"zh_CN": {"101": "成人票"}, "en_US": {"101": "Adult day ticket"}},
    "hosts": {"gate1.park.lan": True},
}  # fmt: skip
