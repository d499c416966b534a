-- Prints JSON for bench/load.py: requests, microseconds, median and 95th percentile, and failed requests.
function done(summary, latency, requests)
  local wrong = summary.errors
  io.write(string.format(
    '\n{"requests": %d, "microseconds": %d, "p50": %d, "p95": %d, "failed": %d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(95),
    wrong.connect + wrong.read + wrong.write + wrong.status + wrong.timeout
  ))
end
