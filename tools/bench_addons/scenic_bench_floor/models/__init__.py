from . import scenic_bench_floor
