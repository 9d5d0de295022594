-- wrk -s webhook.lua URL -- RUN SECONDS: posts Telegram updates, each with its own update, message and resident, so
-- that every one is a row and a conversation of its own. Nothing is begun after SECONDS: what is under way is answered
-- before wrk stops, and posted, answered and kept can be compared to the last one.
-- Prints: answered, requests a second, p99 in milliseconds, answers that were not 2xx, posted.
local ffi = require("ffi")
ffi.cdef("typedef struct { long seconds; long nanoseconds; } instant; int clock_gettime(int, instant *);")

local threads = {}

function setup(thread)
  thread:set("number", #threads)
  table.insert(threads, thread)
end

local now = ffi.new("instant")
local function seconds()
  ffi.C.clock_gettime(1, now) -- CLOCK_MONOTONIC
  return tonumber(now.seconds) + tonumber(now.nanoseconds) / 1e9
end

local headers = {
  ["Content-Type"] = "application/json",
  ["X-Telegram-Bot-Api-Secret-Token"] = os.getenv("TELEGRAM_WEBHOOK_SECRET"),
}
local first, ends, over
posted = 0

function init(args)
  first = tonumber(args[1]) * 1e7 + number * 2e6
  ends = seconds() + tonumber(args[2])
  at = os.time()
end

-- delay is asked before each request, in milliseconds.
function delay()
  if not over and seconds() >= ends then over = true end
  return over and 60000 or 0
end

local body = '{"update_id":%d,"message":{"message_id":%d,"from":{"id":%d,"is_bot":false,"first_name":"Nguyễn Thị",' ..
  '"last_name":"Lan","username":"lan_%d","language_code":"vi"},"chat":{"id":%d,"first_name":"Nguyễn Thị",' ..
  '"last_name":"Lan","username":"lan_%d","type":"private"},"date":%d,"text":"Nắp cống trước số 140 Tô Ký bị mất rồi, ' ..
  'tối qua đã có người té xe, xin các anh chị cho người tới xem sớm giùm, bà con ở đây lo lắm, cảm ơn anh chị nhiều."}}'

function request()
  posted = posted + 1
  local n = first + posted
  return wrk.format("POST", "/webhooks/telegram", headers, body:format(n, n, n, n, n, n, at))
end

function done(summary, latency)
  local sent = -1 -- wrk asks the first thread for one request that it never sends
  for _, thread in ipairs(threads) do sent = sent + thread:get("posted") end
  local e = summary.errors
  print(("answered %d p99_ms %.2f refused %d broken %d posted %d"):format(summary.requests,
    latency:percentile(99) / 1000, e.status, e.connect + e.read + e.write + e.timeout, sent))
end
