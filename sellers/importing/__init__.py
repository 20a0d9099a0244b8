"""Files → facts: read, check column-wise, stage with COPY, merge set-based, report.

``formats`` says what a file looks like, ``sniffing`` and ``reading`` turn bytes into blocks
of cells, ``times``, ``cells``, ``orders`` and ``reviews`` check them, ``staging`` holds the
rows that passed, ``merge_*`` make them facts in one transaction, ``run`` leads a batch
through all of it, ``batches`` begins one, ``report`` reads its result.

docs/IMPORTING.md states the rules.
"""
