from busybox as x
run echo x >/x
Cmd ["a"]
