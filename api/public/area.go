package public

import (
	"math"
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/places"
)

// widest is how many degrees of a side the map may ask for at once: the city is about as large.
const widest = 0.5

type outline struct {
	Code  string         `json:"code"`
	Name  string         `json:"name"`
	Rings [][][2]float64 `json:"rings"` // longitude, latitude
}

// outlines answers with the borders of the areas that a part of the map touches, for where there are no tiles. Guessed
// areas have none.
func (p *Pages) outlines(c *gin.Context) {
	box, err := boxOf(c.Query("bbox"))
	if err != nil {
		p.refuse(c, err)
		return
	}
	found := []outline{}
	for _, o := range p.Desk.Areas.Outlines(box) {
		for _, ring := range o.Rings {
			for i, point := range ring {
				ring[i] = [2]float64{rounded(point[0]), rounded(point[1])}
			}
		}
		found = append(found, outline{Code: o.Area.Code, Name: o.Area.FullName, Rings: o.Rings})
	}
	c.Header("Cache-Control", "public, max-age=3600")
	c.JSON(http.StatusOK, gin.H{"areas": found})
}

// rounded cuts a degree to five digits, about a metre.
func rounded(degree float64) float64 { return math.Round(degree*1e5) / 1e5 }

// boxOf reads "south,west,north,east".
func boxOf(text string) (box places.Box, err error) {
	wrong := models.Invalid{Field: "bbox", Key: "error_bbox"}
	parts := strings.Split(text, ",")
	if len(parts) != 4 {
		return box, wrong
	}
	var sides [4]float64
	for i, limit := range [4]float64{90, 180, 90, 180} {
		side, err := strconv.ParseFloat(strings.TrimSpace(parts[i]), 64)
		if err != nil || math.IsNaN(side) || math.Abs(side) > limit {
			return box, wrong
		}
		sides[i] = side
	}
	box = places.Box{South: sides[0], West: sides[1], North: sides[2], East: sides[3]}
	if box.South > box.North || box.West > box.East || box.North-box.South > widest || box.East-box.West > widest {
		return box, wrong
	}
	return box, nil
}
