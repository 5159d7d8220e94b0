"""Events written in the same transaction as the facts they tell of, delivered later."""
