-- Prints what bench/load.py reads: microseconds of the median and the 95th percentile, and what went wrong.
function done(summary, latency, requests)
  local wrong = summary.errors
  io.write(string.format(
    '\n{"requests": %d, "microseconds": %d, "p50": %d, "p95": %d, "failed": %d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(95),
    wrong.connect + wrong.read + wrong.write + wrong.status + wrong.timeout
  ))
end
