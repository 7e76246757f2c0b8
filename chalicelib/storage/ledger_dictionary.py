"""Preset dictionaries of the ledger codec, by layout. Never change one: what is stored was written with it.

Each is a text much like the bodies that are stored, the most frequent pieces last (deflate names near strings
in fewer bits). A new dictionary gets a new number.
"""

from __future__ import annotations

_FIRST = (
    '"fire","hydrant","trash","stormwater","irrigation","sewer","water""Reconnection fee","Late f'
    'ee","Low-income discount","Senior discount","Minimum charge","Drought surcharge","Franchise '
    'fee","Utility tax","Sales tax","City utility tax","State utility tax","Conservation fee","Ca'
    'pital improvement fee","Fire protection","Stormwater charge","Drainage charge","Irrigation u'
    'sage","Irrigation service charge","Sewer usage","Sewer service charge","Wastewater","Water u'
    'sage","Water service charge""multi_family@2026-01-01","commercial@2026-01-01","irrigation@20'
    '26-01-01","water_residential@2026-01-01","sewer_residential@2026-01-01""low_income_discount"'
    ',"minimum","surcharge","conservation","base_charge","utility_tax","sales_tax","service_charg'
    'e","commodity_charge","usage","service"Ordinance No. 2026-, Chapter, Section, Resolution, Mu'
    "nicipal Code, Schedule A, rate table, tier 1, tier 2, tier 3, tier 4, meter 5/8 in., 3/4 in."
    ', 1 in."P",0,1795000000000000,"USD",null,null,null,null,[["1090","general",],["1200","genera'
    'l",-"O","4000","4100","4200","4300","2210","2300","general","tax","fees","month","day","kgal'
    '","gal","m3","L","ccf","%"],["CE",0],[[""EE",0],""EA",0],""AE",0],""AA",0]],["",0,0,0,"","S"'
    ',","M",","D",","U",","T",","C",",null,null,null,null,null,["1","0",","general","tax","5.00",'
    '"%",null,","1",null,null,[1,30]],["","ccf","",[3,"14",null]],["",[2,"6","14"]],["",null,[1,"'
    '0","6"]],["["B",17,1795000000000000,"USD",null,null,"",[],"1200",["C","C01","",38,["'
)

DICTIONARIES = {1: _FIRST.encode()}
LATEST = max(DICTIONARIES)
