"""Exports: a run as a file that outlives the lab, and back again.

Each module is one format. Rows are read page by page, so a file can exceed the memory. Nothing here depends on HTTP.

    tables      CSV, every recorded row
    documents   JSON with configs, rows and notes: what `POST /api/imports` takes back
    imports     that document, checked and stored
    report      a page with interactive figures that needs no lab and no network
    script      Python that trains the same curve with `engine`, bit for bit
    torch_script   the same network in plain PyTorch, from the same initial weights and batches
    tfevents    TensorBoard's event file
    fields      configs as flat fields, and what differs between them
"""
