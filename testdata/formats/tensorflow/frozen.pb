

aPlaceholder

b	WriteFilea