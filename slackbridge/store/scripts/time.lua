-- The clock of the server that holds a key.       KEYS: any       Returns {seconds, microseconds}.
return redis.call('TIME')
