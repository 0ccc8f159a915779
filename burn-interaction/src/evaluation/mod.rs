//! What a network can do, beside what orders it encodes, and what its orders cost and buy.
