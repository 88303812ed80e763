// The database's other clients: the ones that behave, and the ones that break it. All use the PG* environment variables.
#pragma once

namespace rbc::demo {

// Ordinary traffic that must survive every repair: two sessions that change an order twice a second, and one that keeps a
// transaction open and reads in it. They connect again when they are cut off. Never returns.
int work();

// Opens connections and never uses or closes them, until the server has none left for an ordinary role; then holds them.
// It prints one line with their number when it is done. Never returns.
int leak();

// Takes the table of orders for itself in a transaction and then does nothing: everybody else waits. Never returns.
int block();

}  // namespace rbc::demo
