"""`engine: spark`: the same requests, computed by Spark over the same catalog.

`tables.py` says how Spark names a table and its columns at a snapshot, `query.py` makes SQL of a
request, `values.py` takes frames there and rows back as Arrow, `session.py` has the session,
`engine.py` puts them together. Nothing here imports pyspark before it is needed.
"""
