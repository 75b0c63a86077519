# escape=`
FROM busybox
ENV A=one` word B="q`"q" C=`$A D=\$A E=C:\a\
LABEL a="b``c" d='e`f'
