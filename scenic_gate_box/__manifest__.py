{
    "name": "Scenic Gate Box",
    "summary": "Lets the stock IoT box run gates on any Linux computer",
    "version": "19.0.1.4.0",
    "category": "Hidden",
    "author": "Scenic project contributors",
    "website": "https://example.org/scenic",
    "license": "LGPL-3",
    "depends": ["iot_drivers"],
    "installable": False,
}
