#!/bin/sh
':' //; command -v node >/dev/null || { echo 'ERROR: Cannot start ossb: it needs Node 24 or later, and there is no node on PATH' >&2; exit 1; }; exec node --max-semi-space-size=1 "$0" "$@"
'use strict';
// Published as dist/ossb.cjs, the command. The shell reads the line above, in which JavaScript sees a string and a comment: Node takes flags only from a command
// line, and `env -S` is not everywhere. A young generation of 1 MiB instead of up to 16 costs no measurable time, and saves tens of megabytes.
// Everything here is in a syntax that any Node reads, so that one which is too old says so.
var found = process.versions.node;
if (process.platform !== 'linux' || Number(found.split('.')[0]) < 24) {
  console.error(
    process.platform === 'linux'
      ? 'ERROR: ossb needs Node 24 or later; this is Node ' + found + ' (' + process.execPath + ')'
      : 'ERROR: ossb runs on Linux; this is ' + process.platform,
  );
  console.error(
    process.platform === 'linux'
      ? 'Hint: Put a newer node first on PATH, for instance that of `npm install -g node@24`.'
      : 'Hint: Run it in a Linux container or virtual machine.',
  );
  process.exit(1);
}

// Node 24 calls its SQLite experimental, which concerns no user.
var emitWarning = process.emitWarning;
process.emitWarning = function (warning, type) {
  if (type !== 'ExperimentalWarning') emitWarning.apply(process, arguments);
};
var cache = process.env.XDG_CACHE_HOME || (process.env.HOME ? process.env.HOME + '/.cache' : '');
if (cache) require('node:module').enableCompileCache(cache + '/ossb/compile');
require('./main.cjs');
