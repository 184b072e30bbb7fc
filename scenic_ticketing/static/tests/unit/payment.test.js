import { expect, test } from "@odoo/hoot";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { PaymentScreen } from "@point_of_sale/app/screens/payment_screen/payment_screen";
import { register_payment_method } from "@point_of_sale/app/services/pos_store";
import { PaymentInterface } from "@point_of_sale/app/utils/payment/payment_interface";
import { isPayCode } from "@scenic_ticketing/app/utils/pay_code";
import { PaymentScenicCode } from "@scenic_ticketing/app/utils/payment/payment_scenic_code";
import { openWindow } from "@scenic_ticketing/../tests/unit/scenic_test_helpers";

definePosModels();

class StockTerminal extends PaymentInterface {
    async sendPaymentRequest(uuid) {
        expect.step(`pay ${uuid}`);
        return true;
    }
    async sendPaymentCancel(order, uuid) {
        expect.step(`cancel ${uuid}`);
        return true;
    }
}

test("stock terminals pay and cancel as before", async () => {
    register_payment_method("stock_terminal", StockTerminal);
    const { store, order } = await openWindow();
    expect(store.electronic_payment_interfaces.stock_terminal).toBe(StockTerminal);
    expect(store.electronic_payment_interfaces.scenic_code).toBe(PaymentScenicCode);

    const method = store.models["pos.payment.method"].find((method) => !method.is_cash_count);
    method.use_payment_terminal = "stock_terminal";
    method.payment_terminal = new StockTerminal(store, method);
    const { data: line } = order.addPaymentline(method);
    expect(line.getPaymentStatus()).toBe("pending");
    expect(await line.pay()).toBe(true);
    expect(line.getPaymentStatus()).toBe("done");

    line.setPaymentStatus("waitingCard");
    const screen = Object.assign(Object.create(PaymentScreen.prototype), {
        pos: store,
        props: { orderUuid: order.uuid },
        numberBuffer: { reset() {} },
    });
    screen.deletePaymentLine(line.uuid);
    expect.verifySteps([`pay ${line.uuid}`, `cancel ${line.uuid}`]);
});

test("payment codes are told from tickets and products", () => {
    expect(isPayCode("134567890123456789")).toBe(true);
    expect(isPayCode("2812345678901234")).toBe(true);
    expect(isPayCode("6212345678901234567")).toBe(true);
    expect(isPayCode("6901234567892")).toBe(false);
    expect(isPayCode("T123456789012345")).toBe(false);
    expect(isPayCode("163456789012345678")).toBe(false);
});
