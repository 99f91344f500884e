"""What can be made: each function builds one kind of thing out of measures in metres."""

from __future__ import annotations

from collections.abc import Callable

from tools.render.kinds import lamps, plants, seats, small, storage, tables, textiles, vessels

BUILDERS: dict[str, Callable[..., None]] = {
    "mug": vessels.mug,
    "bowl": vessels.vessel,
    "vase": vessels.vessel,
    "jug": vessels.jug,
    "teapot": vessels.teapot,
    "bottle": vessels.bottle,
    "pot": plants.pot,
    "candle": small.candle,
    "candlestick": small.candlestick,
    "clock": small.clock,
    "book": small.book,
    "mirror": small.mirror,
    "table lamp": lamps.table_lamp,
    "desk lamp": lamps.desk_lamp,
    "globe lamp": lamps.globe_lamp,
    "tripod lamp": lamps.tripod_lamp,
    "arc lamp": lamps.arc_lamp,
    "pole lamp": lamps.pole_lamp,
    "chair": seats.chair,
    "shell chair": seats.shell_chair,
    "armchair": seats.armchair,
    "stool": seats.stool,
    "round table": tables.round_table,
    "long table": tables.long_table,
    "shelf": storage.shelf,
    "ladder shelf": storage.ladder_shelf,
    "sideboard": storage.sideboard,
    "box": storage.box,
    "basket": storage.basket,
    "crate": storage.crate,
    "cushion": textiles.cushion,
    "pouf": textiles.pouf,
    "rug": textiles.rug,
    "round rug": textiles.round_rug,
    "bag": textiles.bag,
}
