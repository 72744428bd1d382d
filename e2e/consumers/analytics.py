"""Totals usage per user from an export, with DuckDB and nothing of Atelier's.

    atelier events export --format parquet --out events.parquet
    python analytics.py events.parquet
"""

import json
import sys

import duckdb

USAGE = """
    with asked as (
        select generation_id, user_id from events where event_type = 'MessagePosted'
    )
    select asked.user_id,
           count(*) as answers,
           sum(prompt_tokens) as prompt_tokens,
           sum(completion_tokens) as completion_tokens,
           sum(total_tokens) as total_tokens,
           sum(cost_amount) as cost
      from events join asked using (generation_id)
     where event_type in ('GenerationCompleted', 'GenerationFailed', 'GenerationCancelled')
       and total_tokens is not null
     group by asked.user_id
"""


def main(file):
    database = duckdb.connect()
    try:
        database.read_parquet(file).create_view("events")
    except duckdb.Error as error:
        sys.exit(f"{file} cannot be read: {error}")
    types = dict(database.execute("select event_type, count(*) from events group by 1").fetchall())
    rows = database.execute(USAGE)
    names = [column[0] for column in rows.description]
    users = {row[0]: dict(zip(names[1:], map(plain, row[1:]))) for row in rows.fetchall()}
    print(json.dumps({"events": sum(types.values()), "types": types, "users": users}, indent=2, sort_keys=True))


def plain(value):
    """Sums of integers as integers, money as text: exact, both of them."""
    return format(value.normalize(), "f") if hasattr(value, "normalize") else int(value)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
