FROM Bad:Ref:erence
