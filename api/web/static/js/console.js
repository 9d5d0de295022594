// What the pages of staff do beyond their HTML: the queue renews itself, keys move in it, a number that was typed
// shows what it has reported. Nothing here is needed to work.
(() => {
  'use strict';

  const fetchPage = async (address, options) => {
    const answer = await fetch(address, { credentials: 'same-origin', ...options });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    return new DOMParser().parseFromString(await answer.text(), 'text/html');
  };

  // A form is sent once, however often its button is pressed.
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (form.method !== 'post' || event.defaultPrevented) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = '1';
    event.submitter?.classList.add('busy');
    form.setAttribute('aria-busy', 'true');
  });
  addEventListener('pageshow', () => { // the way back leads to forms that can be sent again
    for (const form of document.querySelectorAll('form[data-sent]')) {
      delete form.dataset.sent;
      form.removeAttribute('aria-busy');
      form.querySelector('.busy')?.classList.remove('busy');
    }
  });

  // A page that nobody looks at does not keep its session open: it rests after 20 minutes without a hand.
  let used = Date.now();
  for (const kind of ['pointerdown', 'keydown']) {
    addEventListener(kind, () => { used = Date.now(); }, { passive: true });
  }
  const resting = () => document.hidden || Date.now() - used > 20 * 60_000;

  const queue = document.getElementById('queue');
  if (queue) liveQueue(queue);
  // What is typed during a call stays in this tab until it is taken, or until who typed it cancels or leaves.
  const forget = (prefix) => {
    try {
      for (const key of Object.keys(sessionStorage)) if (key.startsWith(prefix)) sessionStorage.removeItem(key);
    } catch { /* storage may be forbidden */ }
  };
  // What was done is said once: when the page is loaded anew its address no longer asks for it.
  const here = new URL(location.href);
  if (here.searchParams.get('done') === 'call') forget('vticket:call:');
  if (here.searchParams.has('done')) {
    here.searchParams.delete('done');
    history.replaceState(history.state, '', here);
  }
  document.addEventListener('submit', ({ target, submitter }) => {
    const to = submitter?.getAttribute('formaction') ?? target.getAttribute('action');
    if (to === '/console/signout') forget('vticket:'); // the next colleague is somebody else
  });
  const talk = document.getElementById('talk');
  if (talk) liveTalk(talk);
  const call = document.getElementById('call');
  if (call) {
    knownCaller(call);
    keepCall(call);
  }

  // What a resident writes meanwhile appears, and is announced: an answer is not to miss it.
  function liveTalk(stream) {
    const news = document.getElementById('talk-news');
    const renew = async () => {
      if (resting()) return;
      const next = (await fetchPage(stream.dataset.address)).getElementById('talk');
      if (!next || next.innerHTML === stream.innerHTML) return;
      const heard = (list) => list.querySelectorAll('.entry-heard').length;
      if (heard(next) > heard(stream)) {
        news.textContent = news.dataset.words;
        news.hidden = false;
      }
      stream.innerHTML = next.innerHTML;
    };
    setInterval(() => renew().catch(() => {}), Number(stream.dataset.live) * 1000);
  }

  function liveQueue(list) {
    const news = document.getElementById('news');
    const search = document.getElementById('q');
    const busy = () => {
      const at = document.activeElement;
      return list.contains(at) || document.querySelector('dialog[open]') ||
        (at?.matches('input, select, textarea') && at.value !== at.defaultValue);
    };
    const renew = async () => {
      if (resting() || busy()) return;
      const fresh = await fetchPage(location.href);
      const next = fresh.getElementById('queue');
      if (!next || busy()) return;
      for (const [i, counts] of [...fresh.querySelectorAll('ul.counts')].entries()) {
        const shown = document.querySelectorAll('ul.counts')[i];
        if (shown && shown.innerHTML !== counts.innerHTML && !shown.contains(document.activeElement)) {
          shown.innerHTML = counts.innerHTML;
        }
      }
      if (next.innerHTML === list.innerHTML) return;
      const known = new Set([...list.querySelectorAll('[data-id]')].map((item) => item.dataset.id));
      list.innerHTML = next.innerHTML;
      const added = [...list.querySelectorAll('[data-id]')].filter((item) => !known.has(item.dataset.id));
      for (const item of added) item.classList.add('fresh');
      if (added.length) news.textContent = news.dataset.words.replace('{n}', added.length);
    };
    if (list.dataset.live) {
      setInterval(() => renew().catch(() => {}), Number(list.dataset.live) * 1000);
    }

    const help = document.getElementById('keys');
    const opener = document.querySelector('[data-dialog="keys"]');
    opener.hidden = false;
    opener.addEventListener('click', () => help.showModal());

    const move = (by) => {
      const links = [...list.querySelectorAll('.entry h2 a')];
      const at = links.indexOf(document.activeElement);
      const to = at < 0 ? 0 : Math.min(Math.max(at + by, 0), links.length - 1);
      links[to]?.focus();
      links[to]?.closest('.entry').scrollIntoView({ block: 'nearest' });
    };
    const keys = {
      '/': () => { search.focus(); search.select(); },
      j: () => move(1),
      k: () => move(-1),
      '?': () => help.showModal(),
    };
    addEventListener('keydown', (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
      if (event.target.matches('input, select, textarea')) {
        if (event.key === 'Escape' && event.target === search) search.blur();
        return;
      }
      if (!keys[event.key]) return;
      event.preventDefault();
      keys[event.key]();
    });
  }

  function keepCall(form) {
    const key = (field) => `vticket:call:${field.name}`;
    const typed = (field) => field.matches('input:not([type=hidden]), textarea, select');
    const untouched = (field) => (field.matches('select')
      ? field.value === ([...field.options].find((option) => option.defaultSelected) ?? field.options[0]).value
      : field.value === field.defaultValue);
    form.addEventListener('input', ({ target }) => {
      if (!typed(target)) return;
      try { sessionStorage.setItem(key(target), target.value); } catch { /* storage may be forbidden */ }
    });
    form.querySelector('a[href="/console"]').addEventListener('click', () => forget('vticket:call:'));
    try {
      const number = form.elements.phone;
      const before = sessionStorage.getItem(key(number));
      if (number.defaultValue && before !== null && before !== number.defaultValue) {
        forget('vticket:call:'); // the page begins with a number: this is another call
        return;
      }
      for (const field of [...form.elements].filter(typed)) {
        const was = sessionStorage.getItem(key(field));
        if (was === null || was === field.value || !untouched(field)) continue;
        field.value = was;
        if (field === number) field.dispatchEvent(new Event('change'));
      }
    } catch { /* as above */ }
  }

  // The number goes in the body of the request: addresses end up in logs.
  function knownCaller(form) {
    const phone = form.querySelector('#phone');
    const known = document.getElementById('known');
    let asked = 0;
    phone.addEventListener('change', async () => {
      const mine = ++asked;
      known.textContent = known.dataset.busy;
      try {
        const body = new URLSearchParams({ look: '1', phone: phone.value });
        const page = await fetchPage(form.action, { method: 'POST', body });
        if (mine === asked) known.innerHTML = page.getElementById('known').innerHTML;
      } catch {
        if (mine === asked) known.textContent = known.dataset.failed;
      }
    });
  }
})();
