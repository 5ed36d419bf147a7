document.documentElement.classList.add("js");
startCopying();
startFiltering();
startShowingCases();
