FROM --platform=$BULIDPLATFORM busybox AS Foo
