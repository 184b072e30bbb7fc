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
            "do_reset": "紧急结束",
        },
    },
    "manual": {
        "M_LOST": {"en_US": "Paid, but the ticket is lost", "zh_CN": "已付款，但门票丢失"},
        "M_GUEST": {"en_US": "Guest of the park", "zh_CN": "景区来宾"},
    },
    "products": {"zh_CN": {"101": "成人票"}, "en_US": {"101": "Adult day ticket"}},
    "hosts": {"gate1.park.lan": True},
}  # fmt: skip
