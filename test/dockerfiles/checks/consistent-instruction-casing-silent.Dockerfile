from scratch
copy hello.txt /
env A=1
