"""The Complete Journey: a real grocery chain's year, as customers, products, campaigns and paid orders."""
