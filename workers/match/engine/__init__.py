"""The matching engine: rules as clauses over terms, in flat arrays, asked by compiled code."""
