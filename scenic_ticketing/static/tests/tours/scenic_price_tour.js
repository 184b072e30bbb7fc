/* global posmodel */
import * as Dialog from "@point_of_sale/../tests/generic_helpers/dialog_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as Scenic from "@scenic_ticketing/../tests/tours/utils/scenic_util";
import { registry } from "@web/core/registry";

function addTour(name, ...steps) {
    registry.category("web_tour.tours").add(name, { steps: () => steps.flat(Infinity) });
}

/** Let the window answer the questions that the test wrote down, by its own lines. */
function answerQuestions() {
    return {
        content: "the window answers all questions",
        trigger: "body",
        timeout: 60000,
        async run() {
            const [paper] = await posmodel.data.orm.searchRead(
                "ir.attachment",
                [["name", "=", "price_questions"]],
                ["datas"]
            );
            const order = posmodel.getOrder();
            const answers = [];
            for (const { product, date, quantity } of JSON.parse(atob(paper.datas))) {
                const template = posmodel.models["product.template"].get(product);
                const { problem } = template.getScenicQuote(date, quantity);
                const line = await posmodel.addLineToOrder(
                    { product_tmpl_id: template, scenic_data: { visit_date: date } },
                    order
                );
                line.setQuantity(quantity);
                answers.push({ problem, price: line.price_unit, version: line.scenic_data.tariff });
                line.delete();
            }
            await posmodel.data.orm.create("ir.attachment", [
                { name: "price_answers", datas: btoa(JSON.stringify(answers)) },
            ]);
        },
    };
}

addTour("ScenicPrices", Scenic.openWindow(), answerQuestions());

addTour(
    "ScenicPriceSale",
    Scenic.openWindow(),
    Scenic.connectPrinter(),
    Scenic.clickTicket("Adult"),
    {
        content: "each day shows its price",
        trigger: ".o_scenic_day:contains('Tomorrow') .o_scenic_day_price:contains('90.00')",
    },
    Scenic.chooseQuick(2),
    ProductScreen.totalAmountIs("160.00"),
    Scenic.editVisitOf("Adult"),
    Scenic.chooseDay("Tomorrow"),
    Scenic.confirmVisit(),
    ProductScreen.totalAmountIs("180.00"),
    // the group price from ten tickets on, for the tickets that are there already, too
    ProductScreen.clickNumpad("1", "0"),
    ProductScreen.totalAmountIs("700.00"),
    ProductScreen.clickNumpad("⌫", "2"),
    {
        content: "a day that is closed is not offered",
        trigger: ".order-container .orderline button.o_scenic_line_date",
        run: "click",
    },
    {
        content: "the day after is closed",
        trigger: ".o_scenic_day:contains('Day after')[disabled]:contains('closed')",
    },
    Dialog.discard()
);
