package main

import "image/color"

// street draws what all photos share: sky, houses, pavement and road.
func (c *canvas) street(scene demoScene) {
	c.mirror = c.random.IntN(2) == 0
	c.horizon = c.between(0.34, 0.5)
	c.night = scene == sceneLamp || scene == sceneLit || c.random.IntN(6) == 0
	high, low := color.RGBA{96, 150, 205, 255}, color.RGBA{214, 226, 236, 255}
	switch {
	case c.night:
		high, low = color.RGBA{10, 13, 28, 255}, color.RGBA{38, 40, 58, 255}
	case scene == sceneFlood || c.random.IntN(3) == 0:
		high, low = color.RGBA{132, 138, 146, 255}, color.RGBA{188, 192, 196, 255}
	}
	c.band(0, c.horizon, high, low)
	c.houses()
	ground, road := color.RGBA{150, 146, 138, 255}, color.RGBA{92, 92, 96, 255}
	if c.night {
		ground, road = color.RGBA{46, 44, 46, 255}, color.RGBA{32, 32, 38, 255}
	}
	c.band(c.horizon, 1, c.shade(ground, 10), c.shade(ground, 20))
	centre := c.between(0.42, 0.6)
	c.trapezoid([3]float64{c.horizon, centre - 0.05, centre + 0.05}, [3]float64{1, -0.12, 1.02}, c.shade(road, 12))
	paint := color.RGBA{206, 204, 192, 255}
	if c.night {
		paint = color.RGBA{88, 86, 80, 255}
	}
	for step := range 5 {
		near := c.horizon + (1-c.horizon)*float64((step+1)*(step+1))/25
		far := c.horizon + (1-c.horizon)*(float64(step*step)+0.4*float64(2*step+1))/25
		at := func(y float64) float64 { return centre + (0.45-centre)*(y-c.horizon)/(1-c.horizon) }
		wide := func(y float64) float64 { return 0.002 + 0.014*(y-c.horizon)/(1-c.horizon) }
		c.trapezoid([3]float64{far, at(far) - wide(far), at(far) + wide(far)},
			[3]float64{near, at(near) - wide(near), at(near) + wide(near)}, paint)
	}
}

func (c *canvas) houses() {
	walls := []color.RGBA{
		{222, 208, 178, 255}, {190, 176, 160, 255}, {168, 188, 196, 255}, {212, 170, 150, 255}, {158, 160, 150, 255},
	}
	for left := -0.03; left < 1; {
		wide, top := c.between(0.07, 0.17), c.horizon-c.between(0.1, 0.3)
		wall := c.shade(walls[c.random.IntN(len(walls))], 18)
		if c.night {
			wall = color.RGBA{wall.R / 5, wall.G / 5, wall.B/5 + 8, 255}
		}
		c.rectangle(left, top, left+wide, c.horizon, wall)
		for y := top + 0.025; y < c.horizon-0.05; y += 0.06 {
			for x := left + 0.015; x < left+wide-0.03; x += 0.04 {
				pane := color.RGBA{74, 84, 96, 255}
				if c.night && c.random.IntN(3) == 0 {
					pane = color.RGBA{226, 196, 120, 255}
				} else if c.night {
					pane = color.RGBA{18, 20, 28, 255}
				}
				c.rectangle(x, y, x+0.022, y+0.032, pane)
			}
		}
		left += wide + c.between(0, 0.015)
	}
}

// subject draws what the photo was taken for.
func (c *canvas) subject(scene demoScene) {
	x, y := c.between(0.34, 0.6), c.between(0.7, 0.82)
	switch scene {
	case scenePothole:
		for range 2 + c.random.IntN(3) {
			c.hole(x+c.between(-0.16, 0.16), y+c.between(-0.08, 0.08), c.between(0.05, 0.13))
		}
	case sceneManhole:
		c.blob(oval{x, y, 0.14, 0.075, 0}, color.RGBA{120, 116, 108, 255})
		c.blob(oval{x, y + 0.006, 0.115, 0.06, 0}, color.RGBA{10, 9, 10, 255})
		c.rectangle(x+0.16, y-0.25, x+0.175, y, color.RGBA{196, 60, 40, 255})
		c.blob(oval{x + 0.167, y - 0.26, 0.03, 0.03, 0.2}, color.RGBA{210, 84, 50, 255})
	case sceneGarbage:
		c.pile(x, y)
	case sceneFlood:
		c.water()
	case sceneLamp:
		c.lamp(x+0.2, color.RGBA{54, 56, 60, 255})
	case sceneLit:
		c.blob(oval{x + 0.06, 0.12, 0.16, 0.13, 0.02}, color.RGBA{92, 84, 62, 255})
		c.blob(oval{x + 0.06, y, 0.3, 0.1, 0.03}, color.RGBA{110, 102, 78, 255})
		c.lamp(x+0.2, color.RGBA{255, 246, 214, 255})
	case sceneTree:
		c.tree(x, y)
	case sceneWires:
		c.wires()
	case sceneStalls:
		c.stalls()
	case sceneSmoke:
		for range 26 {
			c.blob(oval{
				x + c.between(-0.2, 0.2), c.between(0.1, 0.55),
				c.between(0.05, 0.13), c.between(0.04, 0.1), 0.15,
			}, c.shade(color.RGBA{104, 102, 104, 255}, 34))
		}
	case sceneMended:
		patch := color.RGBA{54, 54, 58, 255}
		c.trapezoid([3]float64{y - 0.1, x - 0.13, x + 0.11}, [3]float64{y + 0.1, x - 0.2, x + 0.19}, patch)
		c.rectangle(0.84, y-0.2, 0.86, y+0.05, color.RGBA{236, 120, 30, 255})
	default: // a clean street
	}
}

func (c *canvas) hole(x, y, r float64) {
	c.blob(oval{x, y, r * 1.15, r * 0.5, 0.16}, c.shade(color.RGBA{126, 118, 106, 255}, 12))
	c.blob(oval{x, y + 0.004, r, r * 0.42, 0.2}, c.shade(color.RGBA{48, 43, 40, 255}, 8))
	c.blob(oval{x + r*0.1, y + r*0.1, r * 0.6, r * 0.2, 0.2}, c.shade(color.RGBA{112, 98, 78, 255}, 14))
}

func (c *canvas) pile(x, y float64) {
	bags := []color.RGBA{
		{32, 34, 38, 255},
		{224, 224, 220, 255},
		{196, 54, 48, 255},
		{52, 116, 190, 255},
		{214, 178, 62, 255},
		{88, 140, 84, 255},
	}
	for range 46 {
		up := c.random.Float64()
		side := c.between(-0.26, 0.26) * (1.15 - up)
		c.blob(oval{
			x + side, y + 0.08 - 0.24*up,
			c.between(0.02, 0.06), c.between(0.02, 0.05), 0.2,
		}, c.shade(bags[c.random.IntN(len(bags))], 24))
	}
}

func (c *canvas) water() {
	surface := c.horizon + 0.1
	c.band(surface, 1, color.RGBA{134, 132, 122, 255}, color.RGBA{96, 90, 76, 255})
	for range 70 {
		y := c.between(surface+0.01, 0.99)
		c.blob(oval{c.between(0, 1), y, c.between(0.03, 0.16), 0.0035, 0}, c.shade(color.RGBA{168, 168, 160, 255}, 24))
	}
	for range 3 { // motorbikes, up to their wheels
		x, y := c.between(0.12, 0.85), surface+c.between(0.1, 0.3)
		c.blob(oval{x, y, 0.035, 0.045, 0}, color.RGBA{28, 28, 30, 255})
		c.blob(oval{x + 0.1, y, 0.035, 0.045, 0}, color.RGBA{28, 28, 30, 255})
		c.blob(oval{x + 0.05, y - 0.06, 0.07, 0.035, 0.1}, c.shade(color.RGBA{170, 50, 50, 255}, 60))
		c.blob(oval{x + 0.04, y - 0.16, 0.03, 0.07, 0.1}, c.shade(color.RGBA{70, 100, 150, 255}, 50))
		c.rectangle(x-0.05, y+0.01, x+0.16, y+0.06, color.RGBA{122, 118, 106, 255})
	}
}

func (c *canvas) lamp(x float64, bulb color.RGBA) {
	post := color.RGBA{92, 94, 98, 255}
	c.rectangle(x, 0.08, x+0.014, 0.86, post)
	c.rectangle(x-0.14, 0.08, x+0.01, 0.095, post)
	c.blob(oval{x - 0.14, 0.1, 0.035, 0.016, 0}, bulb)
	c.blob(oval{x - 0.62, c.horizon - 0.08, 0.05, 0.05, 0.1}, color.RGBA{112, 92, 52, 255}) // the next one is lit
	c.blob(oval{x - 0.62, c.horizon - 0.08, 0.018, 0.018, 0}, color.RGBA{255, 236, 170, 255})
}

func (c *canvas) tree(x, y float64) {
	c.trapezoid([3]float64{y - 0.04, x - 0.32, x + 0.22}, [3]float64{y + 0.03, x - 0.36, x + 0.25},
		color.RGBA{94, 68, 46, 255})
	for range 60 {
		c.blob(oval{
			x + 0.2 + c.between(-0.2, 0.24), y - 0.05 + c.between(-0.22, 0.14),
			c.between(0.02, 0.07), c.between(0.02, 0.06), 0.25,
		}, c.shade(color.RGBA{58, 108, 50, 255}, 34))
	}
}

func (c *canvas) wires() {
	c.rectangle(0.2, 0.04, 0.225, 0.92, color.RGBA{132, 128, 122, 255})
	for wire := range 14 {
		sag := c.between(0.1, 0.55)
		top := 0.08 + 0.012*float64(wire)
		for step := range 800 {
			t := float64(step) / 800
			y := top + sag*t*(1-t)*1.6
			c.rectangle(0.21+0.79*t, y, 0.212+0.79*t, y+0.006, color.RGBA{22, 22, 24, 255})
		}
	}
}

func (c *canvas) stalls() {
	cloths := []color.RGBA{
		{202, 60, 56, 255}, {54, 110, 186, 255}, {228, 190, 70, 255}, {70, 146, 96, 255}, {226, 226, 226, 255},
	}
	for stall := range 5 {
		x, y := 0.08+0.19*float64(stall)+c.between(-0.03, 0.03), c.horizon+c.between(0.1, 0.2)
		c.rectangle(x-0.004, y-0.14, x+0.004, y+0.1, color.RGBA{90, 84, 76, 255})
		c.trapezoid([3]float64{y - 0.2, x - 0.02, x + 0.02}, [3]float64{y - 0.12, x - 0.11, x + 0.11},
			c.shade(cloths[c.random.IntN(len(cloths))], 20))
		c.rectangle(x-0.08, y+0.03, x+0.08, y+0.1, c.shade(color.RGBA{128, 100, 74, 255}, 20))
		for range 9 {
			c.blob(oval{
				x + c.between(-0.07, 0.07), y + 0.02,
				0.014, 0.014, 0.1,
			}, c.shade(color.RGBA{200, 120, 60, 255}, 60))
		}
	}
}
