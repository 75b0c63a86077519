import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DockerfileError } from './error.ts';
import { checkMountText, parseMount } from './mount.ts';

const same = (value: string) => value;

describe('parseMount', () => {
  const owner = { uid: 0, gid: 0 };
  const cache = { type: 'cache', sharing: 'shared', mode: 0o755, ...owner, readonly: false, owned: false };
  const secret = { type: 'secret', required: false, mode: 0o400, ...owner };
  const ssh = { type: 'ssh', id: 'default', required: false, mode: 0o600, ...owner };
  for (const [text, mount] of [
    ['target=/a', { type: 'bind', source: '/', target: '/a', readonly: true }],
    ['type=bind,from=b,src=/s,dst=/a,rw', { type: 'bind', from: 'b', source: '/s', target: '/a', readonly: false }],
    ['type=bind,source=s,destination=d', { type: 'bind', source: 's', target: '/w/d', readonly: true }],
    ['TYPE=BIND,Target=/a,readwrite=false', { type: 'bind', source: '/', target: '/a', readonly: true }],
    ['target=/a,ro=0', { type: 'bind', source: '/', target: '/a', readonly: false }],
    ['type=bind,source=x', { type: 'bind', source: 'x', target: '/w', readonly: true }],
    ['type=bind,target=/a,env=X', { type: 'bind', source: '/', target: '/a', readonly: true }],
    ['type=cache,target=/a//b/', { ...cache, id: '/a/b', target: '/a/b' }],
    ['type=cache,target=c', { ...cache, id: 'c', target: '/w/c' }],
    [
      'type=cache,id=i,target=/a,sharing=LOCKED,from=f,source=s,ro',
      { ...cache, id: 'i', target: '/a', sharing: 'locked', from: 'f', source: 's', readonly: true },
    ],
    ['type=cache,target=/a,mode=0700,uid=1,gid=2', { ...cache, id: '/a', target: '/a', mode: 0o700, uid: 1, gid: 2, owned: true }],
    ['type=tmpfs,target=/a', { type: 'tmpfs', target: '/a', readonly: false }],
    ['type=tmpfs,target=/a,size=64m', { type: 'tmpfs', target: '/a', sizeBytes: 64 * 1024 * 1024, readonly: false }],
    ['type=secret,id=a', { ...secret, id: 'a', target: '/run/secrets/a' }],
    ['type=secret,id=a/b', { ...secret, id: 'a/b', target: '/run/secrets/b' }],
    ['type=secret,src=a,required', { ...secret, id: 'a', target: '/run/secrets/a', required: true }],
    ['type=secret,target=/x/y', { ...secret, id: 'y', target: '/x/y' }],
    ['type=secret,id=a,env=A', { ...secret, id: 'a', env: 'A' }],
    ['type=secret,id=a,env=A,target=/t,mode=0440,uid=5', { ...secret, id: 'a', env: 'A', target: '/t', mode: 0o440, uid: 5 }],
    ['type=ssh', ssh],
    ['type=ssh,id=k,target=/s,required=true,mode=0666', { ...ssh, id: 'k', target: '/s', required: true, mode: 0o666 }],
    ['"type=cache","target=/a,b"', { ...cache, id: '/a,b', target: '/a,b' }],
  ] as const) {
    it(text, () => assert.deepEqual(parseMount(text, same, { workdir: '/w' }), mount));
  }

  it('expands the values, not the keys', () => {
    const mount = parseMount('type=$t,target=$d', (value) => ({ $t: 'tmpfs', $d: '/x' })[value] ?? value);
    assert.deepEqual(mount, { type: 'tmpfs', target: '/x', readonly: false });
  });

  for (const [text, found] of [
    ['', /failed to parse csv/],
    ['a"b', /failed to parse csv/],
    ['type=cahce,target=/a', /unsupported mount type "cahce" \(did you mean cache\?\)/],
    ['type=cache,target', /invalid field 'target' must be a key=value pair/],
    ['type=cache,tagret=/a', /unexpected key 'tagret' in 'tagret=\/a' \(did you mean target\?\)/],
    ['type=cache,target=/a,sharing=lockd', /unsupported sharing value "lockd" \(did you mean locked\?\)/],
    ['type=bind,target=/a,sharing=shared', /invalid cache sharing set for bind mount/],
    ['type=secret,id=a,sharing=shared', /secret mount should not define sharing/],
    ['type=secret,id=a,from=b', /secret mount should not have a from/],
    ['type=secret', /one of source, target required/],
    ['type=secret,env=A', /one of source, target required/],
    ['type=secret,id=a,source=b', /both source and id can't be set/],
    ['type=bind,target=/a,mode=0700', /mode not allowed for "bind" type mounts/],
    ['type=tmpfs,target=/a,uid=1', /uid not allowed for "tmpfs"/],
    ['type=cache,target=/a,mode=9', /invalid value 9 for mode/],
    ['type=cache,target=/a,uid=root', /invalid value root for uid/],
    ['type=cache,target=/a,ro=maybe', /invalid value for ro: maybe/],
    ['type=tmpfs,target=/a,size=big', /invalid value for size: big/],
    ['type=cache,target=/a,size=1', /unexpected key 'size' for mount type 'cache'/],
    ['required,type=ssh', /unexpected key 'required' for mount type 'bind'/],
    ['type=cache,target=/a,required=true', /unexpected key 'required' for mount type 'cache'/],
    ['type=bind,from=$x,target=/a', /'from' doesn't support variable expansion/],
    ['type=bind,target=/', /invalid mount target "\/"/],
    ['type=bind,target=..', /invalid mount target "\/"/],
  ] as const) {
    it(`refuses ${text}`, () =>
      assert.throws(
        () => parseMount(text, same),
        (error) => error instanceof DockerfileError && error.code === 'BAD_MOUNT' && found.test(error.message),
      ));
  }
});

describe('checkMountText', () => {
  it('leaves what needs variables for later', () => assert.doesNotThrow(() => checkMountText('type=$t,sharing=nope,from=x$')));
  it('refuses a variable in from', () => assert.throws(() => checkMountText('from=$x'), DockerfileError));
});
