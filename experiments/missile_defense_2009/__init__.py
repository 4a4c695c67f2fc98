"""The headline study: did the decision of 2009 on missile defence in Europe make the alliance of Russia and Iran?"""
